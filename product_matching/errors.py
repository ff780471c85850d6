"""The one exception that a user's input can raise, how it says what another one said, and the end of memory."""

#: What torch and others say of memory in an error of another kind.
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


class InputError(ValueError):
    """Something that the user gave cannot be used.

    The message is one clear sentence (or a list of problems) that names the value and what is accepted.
    The command line prints it and exits with status 1; the app shows it in place of the result.
    """


def said(error: BaseException, most: int = 120) -> str:
    """What an error says, on one line and not longer than `most` characters; its kind where it says nothing."""
    return (" ".join(str(error).split()) or type(error).__name__)[:most].rstrip(" .:")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory did not suffice, that of a GPU or of the machine."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # torch's, which is not imported
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _OUT_OF_MEMORY)
