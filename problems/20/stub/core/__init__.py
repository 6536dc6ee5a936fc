"""The rules about users and orders; knows no framework and no HTTP."""
