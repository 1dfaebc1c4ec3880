"""Make-believe buildings that obey physics: ordinary life, fires and faults, published like real devices."""
