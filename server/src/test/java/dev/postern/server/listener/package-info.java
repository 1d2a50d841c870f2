/** Tests of the listener over real sockets. */
@NullMarked
package dev.postern.server.listener;

import org.jspecify.annotations.NullMarked;
