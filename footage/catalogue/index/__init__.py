"""The search index: made from live records alone, beside the application, and disposable.

    words        a text as the index holds it
    documents    what of a record stands in the index
    generations  where an index lies, and which one readers use
    following    building one, and keeping it up to date
    language     what a reader typed, taken apart
    searching    answers: a page of references, the exact total, counts
    contents     everything an index holds, for those who look for what should not be there

Losing it loses nothing: `manage.py reindex` builds it again, and until then the database answers.
"""
