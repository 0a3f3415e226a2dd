"""Hide places in photos for good, and check that the written file no longer shows them."""
