/** The Security Token Service. */
@NullMarked
package dev.postern.server.service.sts;

import org.jspecify.annotations.NullMarked;
