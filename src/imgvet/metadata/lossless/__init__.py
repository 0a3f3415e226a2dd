"""Files built anew around their coded picture: bytes in, bytes out, no pixel decoded and coded again."""
