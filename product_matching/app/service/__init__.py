"""The HTTP service beside the pages, in the same process: other programs ask for the matches of a photo and a title."""
