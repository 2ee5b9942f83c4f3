"""Finding stories: words, questions, ranks, snippets. Reads like this, from below:

words      a text as tokens: folded, stemmed, the same for the index and for a question
kazakh     endings of Kazakh words
columns    the column that is asked, and how
query      what a reader typed, as terms; written down for FTS5 or for a tsquery
deadline   no search holds the database for longer
spelling   what the reader may have meant
finding    the stories of a question, ranked; where none has all the words, those with most of them
snippets   the passage of a story that answers it
"""
