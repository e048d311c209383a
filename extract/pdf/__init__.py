"""PDF → lines, on pdfminer.six: content-stream order, /ActualText honoured, no layout analysis."""
