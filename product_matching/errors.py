"""The one exception that a user's input can raise, and how it says what another one said."""


class InputError(ValueError):
    """Something that the user gave cannot be used.

    The message is one clear sentence (or a list of problems) that names the value and what is accepted.
    The command line prints it and exits with status 1; the app shows it in place of the result.
    """


def said(error: BaseException, most: int = 120) -> str:
    """What an error says, on one line and not longer than `most` characters; its kind where it says nothing."""
    return (" ".join(str(error).split()) or type(error).__name__)[:most].rstrip(" .:")
