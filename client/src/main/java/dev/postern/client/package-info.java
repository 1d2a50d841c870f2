/** client */
@org.jspecify.annotations.NullMarked
package dev.postern.client;
