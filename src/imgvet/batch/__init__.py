"""A batch: the photos of one event in one folder on disk, what is known of them, and what may be published."""
