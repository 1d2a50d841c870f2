/**
 * The stories of the product: real programs as processes, against a server that people would start.
 */
@NullMarked
package dev.postern.e2e;

import org.jspecify.annotations.NullMarked;
