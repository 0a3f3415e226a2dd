"""The QR codes of our own printed release forms, in photos and in scans."""
