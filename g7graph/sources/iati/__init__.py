"""IATI activity files: XML read as it comes into records, records into statements of our vocabulary."""
