"""The command line: arguments, exit codes, progress; no logic.

To add a command, put a module here with

    NAME = "match"                                  the word after `segcheck`
    SUMMARY = ("Answer about packets", "...")       one line, English and Japanese
    def build(say) -> click.Command                 its options and help in the language of `say`, and its callback

It is found by its presence; names that begin with an underscore are shared, `main` is the entry point. Only click and the
standard library are imported at the top of a command: the rest is imported where the command runs, so that --help is quick.
"""
