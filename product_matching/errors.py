"""The one exception that a user's input can raise."""


class InputError(ValueError):
    """Something that the user gave cannot be used.

    The message is one clear sentence (or a list of problems) that names the value and what is accepted.
    The command line prints it and exits with status 1; the app shows it in place of the result.
    """
