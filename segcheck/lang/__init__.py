"""Words: what segcheck says, in Japanese and English.

words     Words, say, choose_language: the catalogue of one language, and which language to speak
columns   display widths: padding, clipping and wrapping where a Japanese character takes two columns

A further language is one more YAML file here with the same keys and fields as `en.yaml`; what it lacks falls back to English.
"""
