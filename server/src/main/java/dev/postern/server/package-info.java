/** server */
@org.jspecify.annotations.NullMarked
package dev.postern.server;
