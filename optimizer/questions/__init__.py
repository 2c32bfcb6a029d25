"""The questions planners ask: one file, one function, one table each."""
