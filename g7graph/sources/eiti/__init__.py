"""EITI data: summary data and organisations as the EITI API, summary-data workbooks and plain tables give them."""
