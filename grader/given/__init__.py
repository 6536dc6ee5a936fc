"""Code that is given to learners, who may import it in their solutions."""
