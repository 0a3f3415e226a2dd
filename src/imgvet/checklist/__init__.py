"""The release-form checklist: written as a page, CSV and XLSX, filled in by people, read and imported again."""
