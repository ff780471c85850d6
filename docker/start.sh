#!/bin/sh
# Make the folders of the volume, put the demo catalogue into one that has no catalogue yet, and run the command.
set -eu
mkdir -p "$PRODUCT_MATCHING_HOME" "$PRODUCT_MATCHING_EMBEDDINGS" "$TMPDIR"
if [ -z "$(ls "$PRODUCT_MATCHING_EMBEDDINGS")" ]; then
    rm -rf "$PRODUCT_MATCHING_EMBEDDINGS/.demo.partial"
    cp -R embeddings/demo "$PRODUCT_MATCHING_EMBEDDINGS/.demo.partial"
    mv "$PRODUCT_MATCHING_EMBEDDINGS/.demo.partial" "$PRODUCT_MATCHING_EMBEDDINGS/demo"
fi
exec "$@"
