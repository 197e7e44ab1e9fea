"""`rasid import`: recorded reads of one camera, a line each, brought in as what they are: from before."""
