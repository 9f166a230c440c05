"""What is typed is kept: every page that saves itself in every situation in which words were once lost."""
