"""20 · Service layer. The statement: `grader show 20`, or problems/20/README.md."""
