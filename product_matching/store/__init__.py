"""Files on disk: bundles, their manifests, and the comparison."""
