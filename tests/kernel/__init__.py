"""The Linux kernel as judge: real rule sets loaded into namespaces of our own, real packets sent through them."""
