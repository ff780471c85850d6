"""A linear projection of the embeddings of a frozen tower, learnt from stored vectors in minutes."""
