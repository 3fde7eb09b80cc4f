"""The name index: which names each release of the popular distributions holds, generated from their wheels."""
