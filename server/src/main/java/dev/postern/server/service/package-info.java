/** One class per operation of each API, named as AWS names it. */
@NullMarked
package dev.postern.server.service;

import org.jspecify.annotations.NullMarked;
