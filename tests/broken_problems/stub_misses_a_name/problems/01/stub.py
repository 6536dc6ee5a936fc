"""01 · Clamp. The statement: `grader show 01`, or problems/01/README.md."""
