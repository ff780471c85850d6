"""Code of the pages of the app; the only package of the library that imports streamlit."""
