"""Retrieve from Milvus: it proposes candidates, whose distances are computed here (extra ``milvus``)."""
