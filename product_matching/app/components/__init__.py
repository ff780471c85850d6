"""Parts of pages that Streamlit does not have: each a script and a style sheet beside the function that draws it."""
