"""What a batch writes beside the checklist: contact sheets, the sheet for Flickr, the list of originals."""
