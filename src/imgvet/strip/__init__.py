"""`imgvet strip`: a photo without its metadata and otherwise as it is; without loss where the format allows it.

Every way ends in the proof, which reads the new file independently of how it was made.
"""

from imgvet.strip.strip import StripJob, Stripped, strip_many, strip_one

__all__ = ["StripJob", "Stripped", "strip_many", "strip_one"]
