"""The page of HTML: its template, style and script, and what of a result each part of it shows.

page       all of it, under its policy
heading    verdict, counts, what makes the judgement milder
picture    the network with the ways of findings
matrix     zone against zone
findings   each finding with its evidence
coverage   what was read and what was not, inputs, assumptions
lookup     the boxes of crossings, packed for questions asked in the page
"""
