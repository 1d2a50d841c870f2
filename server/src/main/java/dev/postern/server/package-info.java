/** Control plane and session gateway: constructs everything and is used by nothing. */
@NullMarked
package dev.postern.server;

import org.jspecify.annotations.NullMarked;
