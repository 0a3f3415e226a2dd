"""What a batch writes beside its photos: contact sheets, the table for Flickr, the list of originals."""
