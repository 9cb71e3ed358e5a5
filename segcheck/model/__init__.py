"""The nouns: frozen, comparable, printable; no input, no output, no judgement.

source       Span, SourceText: where something was written
match        what a rule asks of a packet: expressions over header fields and circumstances
rules        Rule, RuleList and what a rule may do (actions, translations)
pipeline     Stage, Pipeline: the order in which a device consults its lists
device       DeviceConfig: one filtering device (or VDOM) as its export describes it
schedule     Schedule: when a rule is in force
diagnostic   Diagnostic, LineUse, LineAccount: what was read, and how well
reading      Reading: what an importer returns
trace        Probe, Trace: questions about one packet, and answers
result       Run, Answer: what commands return and reports tell
"""
