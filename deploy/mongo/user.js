// The user of Pavilion in MongoDB. MongoDB's image runs this once, on an empty volume. It may read, write and index its own database, no other.
db.getSiblingDB('pavilion').createUser({
  user: 'pavilion',
  pwd: require('fs').readFileSync('/run/secrets/mongo_password', 'utf8').trim(),
  roles: [{ role: 'readWrite', db: 'pavilion' }],
});
