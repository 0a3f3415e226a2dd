"""The register of release forms: who has signed, for what and until when, who has refused, and blank forms."""
