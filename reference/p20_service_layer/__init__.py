"""20 · Service layer: the core knows the rules, two adapters know HTTP."""
