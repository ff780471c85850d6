"""Makes the demo catalogue: invented products, rendered photos, sellers' titles. The app never imports it."""
