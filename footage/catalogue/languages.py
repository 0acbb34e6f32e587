"""The two languages that pages, published names and citations are in."""

# By code (BCP 47): what those who speak it call it.
LANGUAGES = {"en": "English", "ar": "العربية"}


def other(language: str) -> str:
    """The other of the two."""
    return "en" if language == "ar" else "ar"


def either(english: str, arabic: str, language: str) -> str:
    """The text in a language, or in the other where there is only that."""
    first, second = (arabic, english) if language == "ar" else (english, arabic)
    return first or second
