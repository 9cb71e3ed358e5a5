"""Real exports and measurements that lie beside the project, where they are at hand."""
