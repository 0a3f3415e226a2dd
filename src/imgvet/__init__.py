"""imgvet vets photos before they are published: private data out, every face answered for, marks on, proof kept."""

__version__ = "0.4.0"
