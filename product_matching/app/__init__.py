"""What the pages of the app share; the only package of the library that imports streamlit."""
