// How many OpenMP threads the kernels use; set by initialise() in attention.cpp.
#pragma once
inline int num_threads = 1;
