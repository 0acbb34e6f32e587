"""The search index: made from live records alone, beside the application, and disposable.

    words        a text as the index holds it
    documents    what of a record stands in the index
    generations  where an index lies, and which one readers use
    following    building one, and keeping it up to date
    soundness    whether its files are still as they were written
    language     what a reader typed, taken apart
    asking       the question as the engine takes it
    matching     which entries a query finds
    searching    answers: a page of references, the exact total, counts
    remembering  what was counted and rendered, kept while nothing changes
    heard        which lines of speech answer, and why

Losing it loses nothing: `manage.py reindex` builds it again, and until then the database answers.
"""
