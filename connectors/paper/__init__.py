"""The paper register: the workbook we print and read back, and the reports of other electronic registers."""
