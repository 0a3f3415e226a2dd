"""The checklist as a sheet that goes round: written as CSV and XLSX, filled in by people, and taken in again."""
