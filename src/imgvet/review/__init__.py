"""The review page: a batch answered in the browser, on this computer, through the functions that commands call."""
